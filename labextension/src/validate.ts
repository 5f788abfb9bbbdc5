/**
 * The check of incoming messages against the shared JSON Schema, in the subset that its generator writes.
 */
import { DEFINITIONS, PROTOCOL, Schema } from './schema.js';

/** Return where `value` departs from the definition `name`, or `null` if it does not. */
export function fault(name: string, value: unknown): string | null {
  return check(DEFINITIONS[name] ?? {}, value, name);
}

/** Return `value` as a message of the kind `name`; raise an error that names the place if it is none. */
export function parse<T>(name: string, value: unknown): T {
  const where = fault(name, value);
  if (where !== null) {
    throw new TypeError(`not a message of this protocol: ${where}`);
  }
  return value as T;
}

/** How a version of the protocol fits ours: an unknown major version does not, a newer minor one does. */
export function fits(protocol: string): 'same' | 'older' | 'newer' {
  const [theirs, ours] = [protocol, PROTOCOL].map(version => Number.parseInt(version, 10));
  if (Number.isNaN(theirs) || theirs! < ours!) {
    return 'older';
  }
  return theirs! > ours! ? 'newer' : 'same';
}

function check(schema: Schema, value: unknown, where: string): string | null {
  if (schema.$ref !== undefined) {
    return check(DEFINITIONS[schema.$ref.split('/').pop()!] ?? {}, value, where);
  }
  if (schema.anyOf !== undefined) {
    return schema.anyOf.some(option => check(option, value, where) === null) ? null : where;
  }
  if (schema.enum !== undefined) {
    return schema.enum.includes(value) ? null : where;
  }
  switch (schema.type) {
    case 'array':
      return checkArray(schema, value, where);
    case 'object':
      return checkObject(schema, value, where);
    case 'integer':
      return Number.isInteger(value) ? null : where;
    case 'null':
      return value === null ? null : where;
    case undefined:
      return null;
    default:
      return typeof value === schema.type ? null : where;
  }
}

function checkArray(schema: Schema, value: unknown, where: string): string | null {
  if (!Array.isArray(value)) {
    return where;
  }
  const items = schema.items;
  for (const [place, item] of value.entries()) {
    const expected = schema.prefixItems?.[place] ?? (typeof items === 'object' ? items : {});
    const found = check(expected, item, `${where}[${place}]`);
    if (found !== null) {
      return found;
    }
  }
  return null;
}

function checkObject(schema: Schema, value: unknown, where: string): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return where;
  }
  const table = value as Record<string, unknown>;
  const missing = (schema.required ?? []).find(key => !(key in table));
  if (missing !== undefined) {
    return `${where}.${missing}`;
  }
  for (const [key, item] of Object.entries(table)) {
    const more = schema.additionalProperties;
    const expected = schema.properties?.[key] ?? (typeof more === 'object' ? more : {});
    const found = check(expected, item, `${where}.${key}`);
    if (found !== null) {
      return found;
    }
  }
  return null;
}
