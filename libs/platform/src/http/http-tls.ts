/** TLS at the node's own door: what it speaks, and how a renewed certificate is taken without a restart. */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { Server as TlsServer } from 'node:tls';
import type { TlsFiles } from '../config/config-wires.js';
import type { Log } from '../log.js';

/** TLS 1.3's own and, for clients of TLS 1.2, those with forward secrecy and authenticated encryption only. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** How often the files are looked at, ms: links that are switched to another folder show no event. */
const LOOK_MS = 1_000;

/** A client that opens a connection and shakes no hands is let go after so long, ms. */
const HANDSHAKE_MS = 10_000;

/** What the server is given, read from the files. @throws when one cannot be read. */
export const tlsOptions = ({ certFile, keyFile }: TlsFiles) => ({
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
  minVersion: 'TLSv1.2' as const,
  ciphers: CIPHERS,
  honorCipherOrder: true,
  handshakeTimeout: HANDSHAKE_MS,
});

const told = (pem: Buffer): object => {
  const { subject, validTo, raw } = new X509Certificate(pem);
  return { subject, validTo, sha256: createHash('sha256').update(raw).digest('hex') };
};

/** The renewal of one server's certificate. */
export interface Renewal {
  /** Takes what the files hold now; what is not usable is logged, and the former certificate stays. */
  renew(): void;
  close(): void;
}

/** Takes a new certificate when the files change, or when it is asked to. Connections that stand go on. Null for a plain server. */
export const renewing = (server: object, files: TlsFiles | null, log: Log): Renewal | null => {
  if (files === null || !(server instanceof TlsServer)) return null;
  const renew = (): void => {
    try {
      const options = tlsOptions(files);
      server.setSecureContext(options);
      log.info({ what: 'tls.renewed', ...told(options.cert) }, 'tls.renewed');
    } catch (error) {
      // Two files are seldom written at the same moment: between them they do not fit, and the next look takes both.
      const why = error instanceof Error ? error.message : String(error);
      log.warn({ what: 'tls.not-renewed', ...files, why }, 'tls.not-renewed');
    }
  };
  const watched = [files.certFile, files.keyFile];
  for (const file of watched) watchFile(file, { interval: LOOK_MS, persistent: false }, renew);
  return {
    renew,
    close() {
      for (const file of watched) unwatchFile(file, renew);
    },
  };
};
