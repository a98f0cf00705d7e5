// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// node responses.mjs OPENAPI.json RECORD.ndjson LINT_FAILED
// Every recorded exchange must be one that the document describes: path, method, status, media type
// and body. Every operation must have been answered with each success it documents at least once.
import { existsSync, readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const [documentFile, recordFile, lintFailed] = process.argv.slice(2);
const document = JSON.parse(readFileSync(documentFile, 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema({ ...document, $id: 'openapi' }, 'openapi');

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const routes = Object.keys(document.paths)
  .map((path) => ({
    path,
    pattern: new RegExp('^' + path.split(/\{[^}]+\}/).map(literal).join('[^/]+') + '$'),
    names: (path.match(/\{/g) ?? []).length,
  }))
  .sort((a, b) => a.names - b.names);

const resolve = (node) =>
  node?.$ref
    ? node.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/')], document)
    : node;

const validators = new Map();
function validator(schema) {
  const at = schema.$ref ? 'openapi' + schema.$ref : null;
  const key = at ?? JSON.stringify(schema);
  if (!validators.has(key)) {
    const absolute = JSON.parse(
      JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi#/'),
    );
    validators.set(key, ajv.compile(at ? { $ref: at } : absolute));
  }
  return validators.get(key);
}

function problemOf(exchange) {
  const path = exchange.target.split('?')[0];
  const route = routes.find((candidate) => candidate.pattern.test(path));
  const method = exchange.method.toLowerCase() === 'head' ? 'get' : exchange.method.toLowerCase();
  const operation = route && document.paths[route.path][method];
  if (!operation) {
    const refused = [204, 400, 404, 405].includes(exchange.status);
    return refused ? null : 'no such operation in the document';
  }
  const response = resolve(operation.responses[String(exchange.status)]);
  const name = `${method.toUpperCase()} ${route.path} ${exchange.status}`;
  seen.add(name);
  if (!response) return `status ${exchange.status} is not documented`;
  if (exchange.method === 'HEAD' || !exchange.response_body) {
    return response.content && exchange.method !== 'HEAD' ? 'the body is missing' : null;
  }
  const type = exchange.content_type.split(';')[0];
  const media = response.content?.[type];
  if (!media) return `media type ${type} is not documented`;
  if (!media.schema) return null;
  const validate = validator(media.schema);
  const body = exchange.response_body;
  if (validate(type.endsWith('json') ? JSON.parse(body) : body)) return null;
  return ajv.errorsText(validate.errors.slice(0, 5), { separator: '; ' });
}

const seen = new Set();
const failures = new Map();
let exchanges = 0;
if (!existsSync(recordFile)) {
  console.log(`no record at ${recordFile}: run the API tests with THROUGHLINE_RECORD first`);
  console.log(`\n0 passed, 1 failed`);
  process.exit(1);
}
for (const line of readFileSync(recordFile, 'utf8').split('\n')) {
  if (!line) continue;
  const exchange = JSON.parse(line);
  exchanges += 1;
  const problem = problemOf(exchange);
  if (!problem) continue;
  const path = exchange.target.split('?')[0].replace(/[0-9a-f-]{36}/g, '{id}');
  const name = `${exchange.method} ${path} ${exchange.status}`;
  const known = failures.get(name) ?? { problem, count: 0, body: exchange.response_body };
  known.count += 1;
  failures.set(name, known);
}
for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    if (!operation.responses) continue;
    for (const status of Object.keys(operation.responses)) {
      const name = `${method.toUpperCase()} ${path} ${status}`;
      if (status.startsWith('2') && !seen.has(name)) {
        failures.set(name, { problem: 'no test was ever answered so', count: 1, body: '' });
      }
    }
  }
}
for (const [name, failure] of failures) {
  console.log(`FAILED ${name} (${failure.count} times): ${failure.problem}`);
  if (failure.body) console.log(`       ${failure.body.slice(0, 400)}`);
}
const failed = failures.size + Number(lintFailed);
console.log(`${exchanges} exchanges against ${routes.length} paths`);
console.log(`\n${seen.size + 1 - Number(lintFailed)} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
