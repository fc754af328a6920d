// Sends the requests of the page /docs. Nothing is fetched from elsewhere, nothing is kept: the key stays in its field.
const key = document.querySelector("#key");
const plain = /^(cache|content-(length|security)|cross-origin|date|permissions|referrer|vary|x-(content|frame))/;

function target(form) {
  const values = new FormData(form);
  const query = new URLSearchParams();
  const headers = { "X-NetSentinel-Request": "1" };
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("input[data-in]")) {
    const text = values.get(field.name);
    if (field.dataset.in === "path") {
      const part = field.dataset.deep ? text.split("/").map(encodeURIComponent).join("/") : encodeURIComponent(text);
      path = path.replace(`{${field.dataset.name}}`, part);
    } else if (text && field.dataset.in === "query") query.append(field.dataset.name, text);
    else if (text && field.dataset.in === "header") headers[field.dataset.name] = text;
  }
  return { url: query.size ? `${path}?${query}` : path, headers };
}

async function send(form, out) {
  const { url, headers } = target(form);
  if (key.value) headers.Authorization = `Bearer ${key.value}`;
  const text = form.querySelector("textarea");
  if (text) headers["Content-Type"] = text.dataset.type;
  const body = text ? text.value : form.querySelector("input[type=file]")?.files[0];
  const began = performance.now();
  const answer = await fetch(url, { method: form.dataset.method, headers, body });
  const took = Math.round(performance.now() - began);
  const said = await answer.text();
  const kind = answer.headers.get("content-type") ?? "";
  const shown = kind.includes("json") && said ? JSON.stringify(JSON.parse(said), null, 2) : said;
  const told = [...answer.headers].filter(([name]) => !plain.test(name)).map(([name, value]) => `${name}: ${value}`).join("\n");
  out.className = answer.ok ? "" : "bad";
  out.textContent = `${form.dataset.method} ${url}\n${answer.status} ${answer.statusText} in ${took} ms\n${told}\n\n${shown}`;
}

for (const form of document.querySelectorAll("form[data-path]")) {
  const out = form.parentElement.querySelector("pre");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    out.textContent = "…";
    send(form, out).catch((error) => {
      out.className = "bad";
      out.textContent = `The request was not answered: ${error.message}`;
    });
  });
}
