/**
 * Building and patching the page.
 *
 * Views describe what they want with `h`; `patch` changes the live nodes to that, so that focus, caret, scroll and open
 * `<details>` survive a poll. Whatever comes from outside becomes a text node: there is no way to write HTML here.
 *
 * @typedef {Node | string | number | null | undefined | false} Child
 * @typedef {Record<string, any>} Props `on…` takes a function, `style` an object of custom properties, `key` names a
 *   list item across patches; strings and numbers become attributes, true an empty attribute, objects properties.
 */

/** @type {WeakMap<Element, Props>} */
const PROPS = new WeakMap();
const LIVE = new Set(["value", "checked", "disabled"]);
/** Attributes that the person, not the view, decides. */
const THEIRS = new Set(["open", "style"]);
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  apply(node, props ?? {});
  for (const child of children.flat(2)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/**
 * An SVG element.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Node} children
 */
export function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/**
 * @param {Element} node
 * @param {Props} props
 */
function apply(node, props) {
  PROPS.set(node, props);
  const target = /** @type {any} */ (node);
  for (const [name, value] of Object.entries(props)) {
    if (name === "key") node.setAttribute("data-key", String(value));
    else if (name === "style") styles(target, value);
    else if (node.localName.includes("-") && name in target) target[name] = value;
    else if (LIVE.has(name)) {
      if (target[name] !== value) target[name] = value;
    } else if (typeof value === "function" || (typeof value === "object" && value !== null)) target[name] = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
}

/**
 * Through the CSSOM, which a content security policy without inline styles allows.
 * @param {HTMLElement} node
 * @param {Record<string, string>} wanted
 */
function styles(node, wanted) {
  for (const [name, value] of Object.entries(wanted)) node.style.setProperty(name, value);
}

/**
 * Make the children of `root` look like `wanted`.
 * @param {Element} root
 * @param {(Node | false | null | undefined)[]} wanted
 */
export function patch(root, wanted) {
  patchChildren(root, /** @type {Node[]} */ (wanted.filter(Boolean)));
}

/**
 * @param {Element} parent
 * @param {Node[]} wanted
 */
function patchChildren(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.children) {
    const key = child.getAttribute("data-key");
    if (key !== null) keyed.set(`${child.nodeName} ${key}`, child);
  }
  let at = parent.firstChild;
  for (const next of wanted) {
    const key = next instanceof Element ? next.getAttribute("data-key") : null;
    const match = key !== null ? keyed.get(`${next.nodeName} ${key}`) : undefined;
    if (match && match !== at) parent.insertBefore(match, at);
    const current = match ?? at;
    if (current && alike(current, next)) {
      patchNode(current, next);
      at = current.nextSibling;
    } else {
      parent.insertBefore(next, at);
      if (match) match.remove();
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.parentNode?.removeChild(gone);
  }
}

/**
 * @param {Node} old
 * @param {Node} next
 */
function alike(old, next) {
  if (old.nodeName !== next.nodeName) return false;
  if (!(old instanceof Element) || !(next instanceof Element)) return true;
  return old.getAttribute("data-key") === next.getAttribute("data-key") && old.id === next.id;
}

/**
 * @param {Node} old
 * @param {Node} next
 */
function patchNode(old, next) {
  if (!(old instanceof Element) || !(next instanceof Element)) {
    if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !THEIRS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (!THEIRS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const before = PROPS.get(old) ?? {};
  const props = PROPS.get(next) ?? {};
  for (const name of Object.keys(before)) {
    if (name.startsWith("on") && !(name in props)) /** @type {any} */ (old)[name] = null;
  }
  if (!old.localName.includes("-")) patchChildren(old, [...next.childNodes]);
  apply(old, props);
}

/**
 * Put the focus on a heading that was just shown, without a ring for those who use a pointer.
 * @param {Element | null} node
 */
export function focusOn(node) {
  if (!(node instanceof HTMLElement)) return;
  if (!node.hasAttribute("tabindex") && node.tabIndex < 0) node.setAttribute("tabindex", "-1");
  node.focus({ preventScroll: false });
}
