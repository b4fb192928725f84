/** The access register as a service: records of who asked, persons and their erasure over HTTP. */
export { ACCESS } from '@yrd/access';
