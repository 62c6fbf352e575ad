import { createHash } from "node:crypto";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  type Model,
  conv2d,
  dense,
  globalAveragePooling2d,
  memoryStore,
  tensor,
} from "../../src/index.ts";
import {
  APPLICATION_DEFAULTS,
  type Network,
  application,
} from "../../src/model/applications/application.ts";
import { mobileNetNetwork } from "../../src/model/applications/networks/mobileNet.ts";
import { mobileNetV2Network } from "../../src/model/applications/networks/mobileNetV2.ts";
import { resNet18Network, resNet50Network } from "../../src/model/applications/networks/resNet.ts";
import { squeezeNetNetwork } from "../../src/model/applications/networks/squeezeNet.ts";
import { vgg16Network } from "../../src/model/applications/networks/vgg16.ts";
import type { ApplicationOptions } from "../../src/model/applications/options.ts";

/** A publisher on this machine: the bytes of each path, and how often they were asked for. */
let server: Server;
let origin: string;
const files = new Map<string, Uint8Array>();
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    const bytes = files.get(request.url!);
    response.writeHead(bytes ? 200 : 404, bytes && { "content-length": bytes.length });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
afterEach(() => {
  asked.length = 0;
  vi.restoreAllMocks();
});

/** A network of one convolution, whose weights this machine publishes. */
function tiny(path: string, digest: string | null): Network<ApplicationOptions> {
  return {
    name: "tiny",
    defaults: { ...APPLICATION_DEFAULTS, inputShape: [8, 8, 3] },
    features: conv2dFeatures,
    top: (x, { classes }) => dense({ name: "fc", units: classes })(globalAveragePooling2d()(x)),
    imagenet: () => ({ url: `${origin}${path}`, bytes: null, digest }),
  };
}

const conv2dFeatures: Network<ApplicationOptions>["features"] = (image) =>
  conv2d({ name: "conv", filters: 4, kernelSize: 3 })(image);

/** What its publisher trained. */
async function trained(): Promise<Model> {
  const net = await application(tiny("/", null), { includeTop: false });
  net.setWeights(
    net.getWeights().map(({ data, shape }) =>
      tensor(
        Float32Array.from(data, (_, i) => i / 7),
        shape,
      ),
    ),
  );
  return net;
}

const digests = { MD5: "md5", "SHA-256": "sha256" } as const;

test.each(Object.entries(digests))(
  `"imagenet" downloads the publisher's file once, says its size before, and checks its %s`,
  async (name, algorithm) => {
    const original = await trained();
    const bytes = original.weightsToBytes();
    const path = `/${algorithm}/tiny.safetensors`;
    files.set(path, bytes);
    const network = tiny(path, createHash(algorithm).update(bytes).digest("hex"));
    const events: string[] = [];
    vi.spyOn(console, "log").mockImplementation((text: string) => void events.push(text));
    const cache = memoryStore();
    const onProgress = ({ loaded, cached }: { loaded: number; cached: boolean }): void =>
      void events.push(`${loaded}${cached ? " cached" : ""}`);
    const options = {
      weights: "imagenet",
      includeTop: false,
      weightOptions: { cache, onProgress },
    } as const;
    const net = await application(network, options);
    expect(net.getWeights()).toEqual(original.getWeights());
    expect(events[0]).toBe(
      `tiny: downloading tiny.safetensors, ${(bytes.length / 1e6).toFixed(1)} MB, from ${new URL(origin).host}; once; it is kept in ${cache.name}`,
    );
    expect(events[1]).toBe("0");
    expect(events.at(-1)).toBe(String(bytes.length));
    // A second time from the cache, without a word.
    events.length = 0;
    expect((await application(network, options)).getWeights()).toEqual(original.getWeights());
    expect(events).toEqual([`${bytes.length} cached`]);
    expect(asked).toEqual([path]);
    // Another file at the same address is neither used nor kept.
    const other = bytes.slice();
    other[other.length - 1]! ^= 1;
    files.set(path, other);
    const empty = memoryStore();
    await expect(
      application(network, { ...options, weightOptions: { cache: empty } }),
    ).rejects.toThrow(`tiny.safetensors: must have the ${name} `);
    expect(await empty.list()).toEqual([]);
  },
);

test('"imagenet" without a digest says so, and where it is not kept', async () => {
  files.set("/plain.safetensors", (await trained()).weightsToBytes());
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
  const network = tiny("/plain.safetensors", null);
  const options = { weights: "imagenet", includeTop: false } as const;
  await application(network, { ...options, weightOptions: { cache: null } });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("; it is not kept; its publisher gives no digest to check it by");
  await expect(
    application(tiny("/none.h5", null), { ...options, weightOptions: { cache: null } }),
  ).rejects.toThrow("the server says 404");
});

// The addresses are those of keras/src/applications and torchvision/models; what can be checked here is their form.
test("the publishers' files follow from the options", () => {
  const at = <O extends ApplicationOptions>(network: Network<O>, options: Partial<O>): string =>
    network.imagenet({ ...network.defaults, ...options }).url;
  const keras = "https://storage.googleapis.com/tensorflow/keras-applications";
  expect(at(vgg16Network(), {})).toBe(`${keras}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels.h5`);
  expect(at(vgg16Network(), { includeTop: false })).toMatch(/_kernels_notop\.h5$/);
  expect(at(mobileNetNetwork(), { alpha: 0.25, includeTop: false })).toBe(
    `${keras}/mobilenet/mobilenet_2_5_224_tf_no_top.h5`,
  );
  expect(at(mobileNetNetwork(), { inputShape: [160, 160, 3] })).toMatch(
    /mobilenet_1_0_160_tf\.h5$/,
  );
  // None was trained at 96, nor on oblong images.
  expect(at(mobileNetNetwork(), { inputShape: [96, 96, 3] })).toMatch(/_224_tf\.h5$/);
  expect(at(mobileNetV2Network(), { inputShape: [96, 128, 3] })).toMatch(/_1\.0_224\.h5$/);
  expect(
    at(mobileNetV2Network(), { alpha: 0.35, inputShape: [96, 96, 3], includeTop: false }),
  ).toBe(`${keras}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_96_no_top.h5`);
  expect(at(squeezeNetNetwork(), { includeTop: false })).toMatch(/tf_kernels_notop\.h5$/);
  expect(() => at(mobileNetNetwork(), { alpha: 0.3 })).toThrow(
    'mobileNet: alpha must be one of 0.25, 0.5, 0.75, 1 with the weights of "imagenet", got 0.3',
  );
  expect(() => at(mobileNetV2Network(), { alpha: 0.25 })).toThrow("0.35, 0.5, 0.75, 1, 1.3, 1.4");
  // torchvision names a file by the first digits of its SHA-256.
  for (const network of [resNet18Network(), resNet50Network()]) {
    const { url, digest } = network.imagenet(network.defaults);
    expect(url).toContain(`-${digest!.slice(0, 8)}.pth`);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  }
  for (const includeTop of [true, false])
    expect(vgg16Network().imagenet({ ...vgg16Network().defaults, includeTop }).digest).toMatch(
      /^[0-9a-f]{32}$/,
    );
});
