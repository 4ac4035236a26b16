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

// What a person has filled in: what is left empty is as the form of the DAG has it.
function filled(form) {
  var conf = JSON.parse(form.dataset.conf);
  Array.from(form.elements).forEach(function (field) {
    if (!field.name || (field.type === "radio" && !field.checked)) return;
    var written = field.type === "checkbox" ? String(field.checked) : field.value.trim();
    if (field.validity.badInput) conf[field.name] = "what cannot be read";
    else if (written === "") return;
    else if (field.dataset.as === "number") conf[field.name] = Number(written);
    else if (field.dataset.as === "json") conf[field.name] = JSON.parse(written);
    else conf[field.name] = field.dataset.as === "day" ? written + "T00:00:00Z" : written;
  });
  return conf;
}

// A button asks Airflow's REST API to start a DAG, by the person's own login; texts are only ever set as text.
document.addEventListener("submit", async function (event) {
  var form = event.target, said = form.querySelector("[role=status]"), button = form.querySelector("button");
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  said.textContent = "Airflow is asked …";
  var conf = filled(form), again = true;
  try {
    if (form.dataset.check) {
      var checked = await fetch(form.dataset.check + "?conf=" + encodeURIComponent(JSON.stringify(conf)));
      var refusal = checked.ok ? (await checked.json()).refusal : null;
      if (refusal) {
        said.textContent = "Nothing was started. " + refusal;
        button.disabled = false;
        return;
      }
    }
    var dag = form.dataset.airflow + "/dags/" + encodeURIComponent(form.dataset.dag) + "/runs";
    var answer = await fetch(form.dataset.airflow + "/api/v2/dags/" + encodeURIComponent(form.dataset.dag) + "/dagRuns", {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify({logical_date: null, conf: conf})
    });
    var told = await answer.json().catch(function () { return {}; });
    if (answer.ok) {
      var link = document.createElement("a");
      link.href = dag + "/" + encodeURIComponent(told.dag_run_id);
      link.target = "_top";
      link.textContent = told.dag_run_id;
      said.replaceChildren("Started: ", link);
      again = false;
    } else if (answer.status === 401) {
      said.textContent = "Your login is over. Log in to Airflow again and load this page.";
    } else if (answer.status === 403) {
      said.textContent = "Nothing was started: you may not start " + form.dataset.dag + " in Airflow.";
    } else {
      var why = Array.isArray(told.detail) ? told.detail.map(function (one) { return one.msg; }).join("; ") : told.detail;
      said.textContent = "Nothing was started. Airflow says: " + (typeof why === "string" ? why : answer.status);
    }
  } catch (error) {
    said.textContent = "Airflow does not answer. Look at the runs of " + form.dataset.dag + " before you try again.";
  }
  button.disabled = !again;
});
