/** The access register as a service: records of who asked, persons and their erasure over HTTP. */
export { accessRegister } from './access-module.js';
export { Erasing } from './eraser.js';
