/** Where CesiumJS finds its workers and images: set by the build. */
declare const CESIUM_FILES: string;

interface Window {
  /** Where it looks for them. */
  CESIUM_BASE_URL?: string;
}
