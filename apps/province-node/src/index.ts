/** The province node as a package: what it runs. The process itself begins in main.ts. */
export { services } from './services.js';
