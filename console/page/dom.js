/** Building and patching the page. It lives with <safelight-prompt>, whose folder must work when it is copied elsewhere. */
export * from "../prompt/dom.js";

/** @typedef {import("../prompt/dom.js").Child} Child */
