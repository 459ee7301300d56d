// Somebody's own program: it has an address and a token, and learns everything else from the document.
import assert from "node:assert/strict";

const JSON_TYPE = "application/json";

export class Client {
  #base;
  #document;

  constructor(address, token) {
    Object.assign(this, { token });
    this.#base = address;
  }

  // Reads the document; what the server says of itself is all that is known of it.
  async learn() {
    const reply = await fetch(`${this.#base}/openapi.json`);
    assert.equal(reply.status, 200);
    this.#document = await reply.json();
    return this.#document;
  }

  // An operation by what the document says that it does.
  #operation(summary) {
    for (const [path, methods] of Object.entries(this.#document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.summary === summary) return { path, method: method.toUpperCase(), ...operation };
      }
    }
    throw new Error(`the document tells of nothing that does "${summary}"`);
  }

  // What the document gives as an example of a body.
  example(summary) {
    return this.#operation(summary).requestBody.content[JSON_TYPE].example;
  }

  // Does what is called so. What is sent must be in the document, and so must what is answered.
  async call(summary, { headers = {}, body, ...values } = {}) {
    const operation = this.#operation(summary);
    const { address, sent } = place(operation, { ...values, ...headers });
    const { servers } = this.#document;
    const reply = await fetch(new URL(address, new URL(servers[0].url, this.#base)), {
      method: operation.method,
      headers: { authorization: `Bearer ${this.token}`, ...sent, ...(body && { "content-type": JSON_TYPE }) },
      body: body && JSON.stringify(body),
    });
    const text = await reply.text();
    const json = text ? JSON.parse(text) : null;
    this.#hold(operation, reply, json);
    return { status: reply.status, headers: reply.headers, json, text };
  }

  #hold({ summary, responses }, reply, json) {
    const told = responses[reply.status];
    assert.ok(told, `"${summary}" answered ${reply.status}, which the document doesn't have`);
    const { content } = this.#resolve(told);
    if (!content) return;
    const type = reply.headers.get("content-type").split(";")[0];
    assert.ok(content[type], `"${summary}" answered ${type}, and the document has ${Object.keys(content)}`);
    const wrong = this.#misfits(content[type].schema, json, "");
    assert.deepEqual(wrong, [], `"${summary}" answered what the document doesn't describe`);
  }

  #resolve(schema) {
    if (!schema.$ref) return schema;
    return schema.$ref.slice(2).split("/").reduce((at, part) => at[part], this.#document);
  }

  // Where a value isn't what a schema says.
  #misfits(given, value, at) {
    const schema = this.#resolve(given);
    if (schema.anyOf) {
      const tries = schema.anyOf.map((way) => this.#misfits(way, value, at));
      return tries.find((wrong) => !wrong.length) ?? tries[0];
    }
    if (schema.type && ![schema.type].flat().some((type) => isOf(type, value))) return [`${at}: no ${schema.type}`];
    if (schema.enum && !schema.enum.includes(value)) return [`${at}: none of ${schema.enum}`];
    if (Array.isArray(value)) return value.flatMap((item, place) => this.#misfits(schema.items ?? {}, item, `${at}/${place}`));
    if (!isOf("object", value)) return [];
    const { properties = {}, required = [], additionalProperties } = schema;
    const missing = required.filter((name) => !(name in value)).map((name) => `${at}/${name}: missing`);
    const further = Object.entries(value).flatMap(([name, inner]) => {
      if (properties[name]) return this.#misfits(properties[name], inner, `${at}/${name}`);
      return additionalProperties === false ? [`${at}/${name}: not in the document`] : [];
    });
    return [...missing, ...further];
  }
}

function isOf(type, value) {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

// Puts values where the operation's parameters have their place; each must have one.
function place({ path, summary, parameters }, values) {
  let address = path;
  const query = new URLSearchParams();
  const sent = {};
  for (const [name, value] of Object.entries(values)) {
    const parameter = parameters.find((each) => each.name === name);
    assert.ok(parameter, `the document has no parameter ${name} of "${summary}"`);
    if (parameter.in === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (parameter.in === "query") query.set(name, value);
    else sent[name] = value;
  }
  return { address: query.size ? `${address}?${query}` : address, sent };
}
