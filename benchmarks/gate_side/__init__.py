"""The parts of benchmarks/gate.py: real models' errors, the gate's decisions on many pairs at once, a timeline."""
