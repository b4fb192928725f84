/** What the ledger expects of clock, chance, hashing and signing. */
import type { Subject } from './contract.js';

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** RFC 8032 §7.1, tests 1 to 3: public key, message, signature. */
const ED25519 = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

const clockContract = ({ describe, test, expect, world }: Subject): void => {
  describe('the clock', () => {
    test('runs forward while one sleeps', async () => {
      const { clock } = world();
      const [now, monotonic] = [clock.now(), clock.monotonic()];
      await clock.sleep(30);
      expect(clock.now()).toBeGreaterThanOrEqual(now);
      // Timers may fire a little early by the monotonic clock's finer grain.
      expect(clock.monotonic() - monotonic).toBeGreaterThan(27);
    });

    test('lets a sleeper go when its signal aborts, before and during the sleep', async () => {
      const { clock } = world();
      const start = clock.monotonic();
      await clock.sleep(10_000, AbortSignal.abort());
      const controller = new AbortController();
      const slept = clock.sleep(10_000, controller.signal);
      await clock.sleep(10);
      controller.abort();
      await slept;
      expect(clock.monotonic() - start).toBeLessThan(5_000);
    });
  });
};

const hashContract = ({ describe, test, expect, world }: Subject): void => {
  describe('hashing and chance', () => {
    test('SHA-256 has the digests of FIPS 180-4, in one part or several', async () => {
      const { hasher } = world();
      const abc = bytes('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
      expect(hasher.sha256()).toEqual(bytes('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'));
      expect(hasher.sha256(utf8('abc'))).toEqual(abc);
      expect(hasher.sha256(utf8('a'), utf8(''), utf8('bc'))).toEqual(abc);
    });

    test('HMAC-SHA-256 has the digest of RFC 4231, case 2', async () => {
      const digest = bytes('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
      const { hasher } = world();
      expect(hasher.hmac(utf8('Jefe'), utf8('what do ya want for nothing?'))).toEqual(digest);
      expect(hasher.hmac(utf8('Jefe'), utf8('what do ya want '), utf8('for nothing?'))).toEqual(digest);
    });

    test('chance gives as many bytes as asked for, and others each time', async () => {
      const { random } = world();
      expect([0, 1, 32].map((count) => random.bytes(count).length)).toEqual([0, 1, 32]);
      expect(new Set(Array.from({ length: 50 }, () => random.bytes(16).join())).size).toBe(50);
    });
  });
};

const signerContract = ({ describe, test, expect, world, made }: Subject): void => {
  describe('signing', () => {
    test('verifies the vectors of RFC 8032, and nothing that was changed', async () => {
      const { signer } = world();
      for (const [key, message, signature] of ED25519) {
        expect(signer.verify('ed25519', bytes(key), bytes(message), bytes(signature))).toBe(true);
        expect(signer.verify('ed25519', bytes(key), bytes(`${message}00`), bytes(signature))).toBe(false);
        expect(signer.verify('ed25519', bytes(ED25519[0][0].replace('d7', 'd6')), bytes(message), bytes(signature))).toBe(false);
      }
    });

    test('signs with a key that the node holds', async () => {
      const { keyName, publicKey } = made().signing;
      const { signer } = world();
      const signature = signer.sign(keyName, utf8('a head'));
      expect(signature.length).toBe(64);
      expect(signer.verify('ed25519', publicKey, utf8('a head'), signature)).toBe(true);
      expect(signer.verify('ed25519', publicKey, utf8('another head'), signature)).toBe(false);
    });

    test('knows by its id whether it holds a key, and signs with that one', async () => {
      const { keyName, publicKey } = made().signing;
      const { signer, hasher } = world();
      const keyId = hasher.sha256(utf8(`${keyName}\n`), Uint8Array.of(1), publicKey).subarray(0, 4);
      const other = keyId.map((byte) => byte ^ 1);
      expect([signer.holds(keyName, keyId), signer.holds(keyName, other), signer.holds(`${keyName}x`, keyId)]).toEqual([
        true,
        false,
        false,
      ]);
      expect(signer.verify('ed25519', publicKey, utf8('a head'), signer.sign(keyName, utf8('a head'), keyId))).toBe(true);
      expect(() => signer.sign(keyName, utf8('a head'), other)).toThrow();
    });

    test('refuses to sign with a key that the node does not hold', async () => {
      expect(() => world().signer.sign('yrd.local/log/99/nothing', utf8('a head'))).toThrow();
    });

    test('calls malformed keys and signatures bad instead of breaking', async () => {
      const { signer } = world();
      const [key, message, signature] = ED25519[1];
      expect(signer.verify('ed25519', bytes(key).subarray(1), bytes(message), bytes(signature))).toBe(false);
      expect(signer.verify('ed25519', new Uint8Array(0), bytes(message), bytes(signature))).toBe(false);
      expect(signer.verify('ed25519', bytes(key), bytes(message), bytes(signature).subarray(1))).toBe(false);
      expect(signer.verify('ed25519', bytes('ff'.repeat(32)), bytes(message), bytes(signature))).toBe(false);
    });
  });
};

const encryptionContract = ({ describe, test, expect, world, made }: Subject): void => {
  const content = utf8('for two of us');
  const about = utf8('the leaf');
  const stranger = bytes('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f');

  describe('encryption', () => {
    test('opens for each key it was closed for, by its own box', async () => {
      const { keyName, publicKey } = made().box;
      const closed = world().encryption.encrypt([stranger, publicKey], about, content);
      expect(closed.boxes.length).toBe(2);
      expect(world().encryption.decrypt(keyName, about, closed.bytes, closed.boxes[1]!)).toEqual(content);
      expect(world().encryption.decrypt(keyName, about, closed.bytes, closed.boxes[0]!)).toBe(null);
      expect(world().encryption.decrypt('yrd.local/box/99/nothing', about, closed.bytes, closed.boxes[1]!)).toBe(null);
    });

    test('opens nothing that was altered, cut or moved to another place', async () => {
      const { keyName, publicKey } = made().box;
      const { encryption } = world();
      const { bytes: closed, boxes } = encryption.encrypt([publicKey], about, content);
      const box = boxes[0]!;
      const flipped = (given: Uint8Array): Uint8Array => given.map((byte, at) => (at === given.length - 1 ? byte ^ 1 : byte));
      const opened = [
        encryption.decrypt(keyName, utf8('another leaf'), closed, box),
        encryption.decrypt(keyName, about, flipped(closed), box),
        encryption.decrypt(keyName, about, closed, flipped(box)),
        encryption.decrypt(keyName, about, closed.subarray(1), box),
        encryption.decrypt(keyName, about, new Uint8Array(0), box),
        encryption.decrypt(keyName, about, closed, new Uint8Array(0)),
        encryption.decrypt(keyName, about, closed, new Uint8Array(80)),
      ];
      expect(opened).toEqual(opened.map(() => null));
    });

    test('is other bytes each time, so that nobody sees that two contents are one', async () => {
      const { publicKey } = made().box;
      const closed = Array.from({ length: 20 }, () => world().encryption.encrypt([publicKey], about, content));
      expect(new Set(closed.flatMap((each) => [each.bytes.join(), each.boxes[0]!.join()])).size).toBe(40);
    });
  });
};

export const localContract = (subject: Subject): void => {
  clockContract(subject);
  hashContract(subject);
  signerContract(subject);
  encryptionContract(subject);
};
