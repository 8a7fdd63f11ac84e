/**
 * Stands in for decoders of 3D models, which CesiumJS brings and no picture has: they are compiled
 * when they are loaded, which the policy of the pages forbids, and are a third of the script.
 */
export const MeshoptDecoder = { supported: false };

export function loadSpz(): Promise<never> {
  return Promise.reject(new Error("no 3D models are shown here"));
}
