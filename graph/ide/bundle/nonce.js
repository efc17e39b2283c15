// The page allows style elements only with its nonce. The editor and some widgets make theirs
// without one, so every new style element gets it here.
const { nonce } = document.querySelector("script[nonce]");
const createElement = Document.prototype.createElement;

Document.prototype.createElement = function create(name, options) {
  const element = createElement.call(this, name, options);
  if (element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
};
