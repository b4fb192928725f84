/**
 * What journeys steer their nodes and servers with: a small HTTP door of the test runner to stop, kill, pause and start
 * them, to fill the disk, and to ask what a home journal really holds. Loopback only.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { auditHome, type Acknowledged } from './audit.js';
import type { SmallDisk } from './disk.js';
import { nodeReady, type NodesOptions } from './nodes.js';
import type { Child } from './processes.js';
import type { Servers } from './servers.js';

/** The door's parts: the nodes it may touch and the servers they run on. */
export interface ControlOptions {
  readonly nodes: NodesOptions;
  /** Province → its process. */
  readonly children: ReadonlyMap<string, Child>;
  readonly servers: Servers;
  /** The servers' own small disk, where there is one. */
  readonly disk?: SmallDisk | undefined;
}

const BODY_BYTES_MAX = 64 * 2 ** 20;
const KNOWN =
  'known here: POST /nodes/<province>/stop|kill|start|pause|resume, POST /servers/kafka|mongo/kill|start|pause|resume, ' +
  'POST /disk/fill|free, POST /acknowledged/<province>, GET /servers';

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const part of request.setEncoding('utf8'))
    if ((text += part).length > BODY_BYTES_MAX) throw new Error('The body is too long.');
  return JSON.parse(text);
};

const actOnNode = async ({ nodes, children }: ControlOptions, code: string, action: string): Promise<object> => {
  const child = children.get(code);
  if (!child) throw new Error(`There is no node ${code}.`);
  if (action === 'start') {
    child.start();
    await nodeReady(nodes, code, child);
  } else await child[action as 'stop' | 'kill' | 'pause' | 'resume']();
  return { province: code, done: action };
};

const actOnServer = async ({ servers }: ControlOptions, name: string, action: string): Promise<object> => {
  if (!servers.hands) throw new Error('The servers are not of this run: nothing is done to them.');
  await servers.hands[name as 'kafka' | 'mongo'][action as 'kill' | 'start' | 'pause' | 'resume']();
  return { server: name, done: action };
};

const actOnDisk = ({ disk }: ControlOptions, action: string): object => {
  if (!disk) throw new Error('The servers have no disk of their own: it is not filled.');
  disk[action as 'fill' | 'free']();
  return { disk: action };
};

const handle = async (o: ControlOptions, request: IncomingMessage): Promise<object | null> => {
  const { method, url = '' } = request;
  const { kafkaBrokers, mongoUrl, way, hands } = o.servers;
  if (method === 'GET')
    return url === '/servers' ? { kafkaBrokers, mongoUrl, way, own: hands !== undefined, disk: o.disk !== undefined } : null;
  const [, code, onNode] = /^\/nodes\/(\d\d)\/(stop|kill|start|pause|resume)$/.exec(url) ?? [];
  if (code && onNode) return actOnNode(o, code, onNode);
  const [, name, onServer] = /^\/servers\/(kafka|mongo)\/(kill|start|pause|resume)$/.exec(url) ?? [];
  if (name && onServer) return actOnServer(o, name, onServer);
  const [, onDisk] = /^\/disk\/(fill|free)$/.exec(url) ?? [];
  if (onDisk) return actOnDisk(o, onDisk);
  const [, home] = /^\/acknowledged\/(\d\d)$/.exec(url) ?? [];
  return home ? auditHome(mongoUrl, home, (await bodyOf(request)) as readonly Acknowledged[]) : null;
};

/**
 * Opens the door on a free port. `POST /nodes/31/stop` (orderly), `/kill` (as a power cut), `/pause`, `/resume`, `/start`
 * (answers once ready; changes nothing when it runs); the same for `/servers/kafka` and `/servers/mongo`, `/disk/fill|free`,
 * `/acknowledged/31` (see `auditHome`); `GET /servers` gives their addresses. Answers the server and its URL.
 */
export const openControl = async (o: ControlOptions): Promise<{ readonly server: Server; readonly url: string }> => {
  const server = createServer((request, response) => {
    handle(o, request).then(
      (done) => (done ? answer(response, 200, done) : answer(response, 404, { fault: KNOWN })),
      (error: unknown) => answer(response, 500, { fault: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
};
