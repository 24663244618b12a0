import { parentPort, workerData } from "node:worker_threads";
import createLibheif from "libheif-js/libheif-wasm/libheif.js";

/**
 * Decodes one HEIC photo and ends: a thread of its own, because WebAssembly gives no memory back, cannot be interrupted
 * and is of no more use once it has aborted. Plain JavaScript, since it is a file beside the bundle and beside the source.
 *
 * libheif's C interface, version 1.23: structures are read and written by their offsets on 32 bits. libheif.js and
 * libheif.wasm stay files of their own in node_modules, where anyone may replace them (LGPL-3.0).
 *
 * @typedef {object} HeicOrder
 * @property {WebAssembly.Module} code libheif.wasm, compiled.
 * @property {Uint8Array} source
 * @property {Uint8Array} head What is put before the pixels.
 * @property {number} width Of the picture, upright; another one is refused.
 * @property {number} height
 * @property {boolean} hasAlpha
 * @property {number} maxPixels Of a picture or tile inside.
 * @property {number} maxHeapBytes
 */

const COLORSPACE_RGB = 1;
const CHROMA_RGB = 10;
const CHROMA_RGBA = 11;
const CHANNEL_INTERLEAVED = 10;
/** heif_security_limits.max_image_size_pixels, 64 bits. */
const LIMIT_PIXELS_OFFSET = 8;
/** heif_decoding_options.strict_decoding */
const STRICT_OFFSET = 21;

const order = /** @type {HeicOrder} */ (workerData);
limitMemory(order.maxHeapBytes);
const file = decode(order);
parentPort?.postMessage(file, [file.buffer]);

/**
 * A stream may describe another, larger picture than its header: libde265 would make room for it. This thread's memory
 * grows through this one function.
 *
 * @param {number} maxBytes
 */
function limitMemory(maxBytes) {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65_536 > maxBytes) throw new RangeError("more memory than the header needs");
    return grow.call(this, pages);
  };
}

/** @param {HeicOrder} order */
function decode({ code, source, head, width, height, hasAlpha, maxPixels }) {
  const heif = start(code);
  const view = () => new DataView(heif.HEAPU8.buffer);
  const error = heif._malloc(12);
  const check = () => {
    const at = view();
    const [code, subcode, text] = [0, 4, 8].map((offset) => at.getUint32(error + offset, true));
    if (code !== 0) throw new Error(`libheif ${code}/${subcode}: ${readText(heif.HEAPU8, text ?? 0)}`);
  };

  const bytes = heif._malloc(source.length);
  if (bytes === 0) throw new Error("There is no room for the file.");
  heif.HEAPU8.set(source, bytes);
  const context = heif._heif_context_alloc();
  view().setBigUint64(heif._heif_context_get_security_limits(context) + LIMIT_PIXELS_OFFSET, BigInt(maxPixels), true);
  heif._heif_context_read_from_memory_without_copy(error, context, bytes, source.length, 0);
  check();
  const result = heif._malloc(4);
  heif._heif_context_get_primary_image_handle(error, context, result);
  check();
  const handle = view().getUint32(result, true);

  const options = heif._heif_decoding_options_alloc();
  heif.HEAPU8[options + STRICT_OFFSET] = 1;
  const chroma = hasAlpha ? CHROMA_RGBA : CHROMA_RGB;
  heif._heif_decode_image(error, handle, result, COLORSPACE_RGB, chroma, options);
  check();
  const image = view().getUint32(result, true);

  const size = [
    heif._heif_image_get_width(image, CHANNEL_INTERLEAVED),
    heif._heif_image_get_height(image, CHANNEL_INTERLEAVED),
  ];
  if (size[0] !== width || size[1] !== height)
    throw new Error(`${size.join(" × ")} pixels in place of ${width} × ${height}`);
  const plane = heif._heif_image_get_plane_readonly(image, CHANNEL_INTERLEAVED, result);
  return copyRows(heif.HEAPU8, plane, view().getUint32(result, true), width * (hasAlpha ? 4 : 3), height, head);
}

/**
 * Emscripten's own way would compile the code again.
 *
 * @param {WebAssembly.Module} code
 */
function start(code) {
  return createLibheif({
    /**
     * @param {WebAssembly.Imports} imports
     * @param {(instance: WebAssembly.Instance, code: WebAssembly.Module) => void} receive
     */
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(code, imports);
      receive(instance, code);
      return instance.exports;
    },
    print: () => {},
    printErr: () => {},
  });
}

/**
 * @param {Uint8Array} heap
 * @param {number} from
 * @param {number} stride
 * @param {number} rowBytes
 * @param {number} rows
 * @param {Uint8Array} head
 */
function copyRows(heap, from, stride, rowBytes, rows, head) {
  const target = new Uint8Array(head.length + rowBytes * rows);
  target.set(head);
  for (let row = 0; row < rows; row++) {
    const start = from + row * stride;
    target.set(heap.subarray(start, start + rowBytes), head.length + row * rowBytes);
  }
  return target;
}

/**
 * @param {Uint8Array} heap
 * @param {number} from
 */
function readText(heap, from) {
  return Buffer.from(heap.subarray(from, heap.indexOf(0, from))).toString();
}
