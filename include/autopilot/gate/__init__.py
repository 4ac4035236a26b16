"""Whether the challenger is better than the champion."""
