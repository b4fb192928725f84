/** TCP ports of this machine's loopback address: whether one is taken, and which are free. */
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';

/** Listens on a port (0: any) for a moment. Answers the port, or undefined when another process has it. */
const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });

/** True when another process listens on this loopback port, or may alone. */
export const portTaken = async (port: number): Promise<boolean> => (await tryPort(port)) === undefined;

/** True when something accepts a connection on this loopback port. */
export const listening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: HOST, port }, () => end(true));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', () => end(false));
  });

/** `count` different free ports; `wanted` ones are kept where they are still free. */
export const freePorts = async (count: number, wanted: readonly number[] = []): Promise<number[]> => {
  const ports: number[] = [];
  for (let index = 0; index < count; index++) {
    const kept = wanted[index];
    let port = kept === undefined || ports.includes(kept) ? undefined : await tryPort(kept);
    while (port === undefined || ports.includes(port)) port = await tryPort(0);
    ports.push(port);
  }
  return ports;
};

/** Reads a port from the environment; undefined when it is not set. Throws a sentence when it is no port. */
export const portFrom = (env: NodeJS.ProcessEnv, name: string): number | undefined => {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new Error(`${name}=${text} is no port: give a number from 1 to 65535.`);
  return port;
};
