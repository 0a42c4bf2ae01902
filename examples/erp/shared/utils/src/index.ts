export { parseInteger } from './parse-integer';
export { safeFileName } from './safe-file-name';
export { secretOrRandom } from './secret-or-random';
