// Airflow shows this page in a frame that may not open other pages. Its own pages are opened by the document around it.
document.addEventListener("click", function (event) {
  var link = event.target.closest("a[target=_top]");
  if (!link || window.top === window || event.ctrlKey || event.metaKey || event.shiftKey) return;
  try {
    var outside = window.parent.document, own = outside.createElement("a");
    own.href = link.href;
    outside.body.appendChild(own);
    own.click();
    own.remove();
    event.preventDefault();
  } catch (error) {
    // The frame is not of this origin: the browser decides what becomes of the link.
  }
});
