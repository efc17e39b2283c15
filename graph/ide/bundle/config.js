// What the server says about this page: see _config in graph/ide/page.py for the keys.
export const config = JSON.parse(document.getElementById("residency-config").textContent);
