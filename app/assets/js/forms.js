// Small help for forms: lead to the errors, keep a form from being sent twice, and note what was read. All works without it.
(() => {
  "use strict";

  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (form.method === "post" && !form.closest("[hx-post]")) form.dataset.sent = "yes";
  });

  // A text that is kept while it is typed says so when keeping it failed.
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(failure, () => {
      const words = document.querySelector("[data-not-saved]");
      if (words) words.textContent = words.dataset.notSaved;
    });
  }

  // What lies open was read: its form is sent without leaving the page.
  for (const form of document.querySelectorAll("form[data-reading]")) {
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" })
      .then(() => { form.hidden = true; })
      .catch(() => {});
  }

  // A page that comes back from the browser's memory may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
