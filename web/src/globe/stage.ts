/** The globe itself: its surface, its colours by theme, its camera. Nothing of it is from elsewhere. */
import {
  BoundingSphere,
  Cartesian2,
  Cartesian3,
  CesiumWidget,
  Clock,
  ClockRange,
  ClockStep,
  Color,
  Credit,
  CreditDisplay,
  EllipsoidTerrainProvider,
  HeadingPitchRange,
  ImageryLayer,
  Math as CesiumMath,
  type PerspectiveFrustum,
  Rectangle,
  TileMapServiceImageryProvider,
  buildModuleUrl,
} from "@cesium/engine";

/** Korea and the sea around it. */
const REGION = Rectangle.fromDegrees(118, 30, 146, 46);
const NEAREST_M = 2e4;
const STEP = CesiumMath.toRadians(4);

export class Stage {
  readonly widget: CesiumWidget;
  private readonly surface: ImageryLayer;
  private centre = Cartesian3.fromDegrees(128, 38);

  constructor(view: HTMLElement) {
    window.CESIUM_BASE_URL = CESIUM_FILES;
    // Theirs is an image with a style of its own; what is owed stands under the globe.
    CreditDisplay.cesiumCredit = new Credit("CesiumJS");
    this.surface = ImageryLayer.fromProviderAsync(
      TileMapServiceImageryProvider.fromUrl(buildModuleUrl("Assets/Textures/NaturalEarthII")),
      {},
    );
    const clock = new Clock({
      clockStep: ClockStep.SYSTEM_CLOCK_MULTIPLIER,
      clockRange: ClockRange.CLAMPED,
      shouldAnimate: false,
    });
    this.widget = new CesiumWidget(view, {
      clock,
      baseLayer: this.surface,
      terrainProvider: new EllipsoidTerrainProvider(),
      skyBox: false,
      skyAtmosphere: false,
      scene3DOnly: true,
      requestRenderMode: true,
      msaaSamples: 1, // four would be four times the work where there is no graphics card
      showRenderLoopErrors: false,
      targetFrameRate: 30,
      creditContainer: document.createElement("div"),
    });
    const { scene } = this.widget;
    if (scene.sun) scene.sun.show = false;
    if (scene.moon) scene.moon.show = false;
    scene.fog.enabled = false;
    scene.globe.showGroundAtmosphere = false;
    scene.screenSpaceCameraController.maximumZoomDistance = 4e7;
    scene.camera.setView({ destination: REGION });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.colour(dark.matches));
    this.colour(dark.matches);
    view.addEventListener("keydown", (event) => this.key(event));
  }

  /** Turn the camera to what a group of objects fills. */
  lookAt(centre: readonly [number, number, number], radius: number): void {
    this.centre = new Cartesian3(...centre);
    this.widget.resize(); // the first time its box was not measured yet
    const { camera } = this.widget;
    const { fov = 1, fovy = fov } = camera.frustum as PerspectiveFrustum;
    const sphere = new BoundingSphere(this.centre, Math.max(radius, NEAREST_M));
    const pitch = CesiumMath.toRadians(radius > 2e6 ? -20 : -50);
    const range = (1.15 * sphere.radius) / Math.tan(Math.min(fov, fovy) / 2);
    camera.flyToBoundingSphere(sphere, {
      duration: 0,
      offset: new HeadingPitchRange(0, pitch, range),
    });
    this.draw();
  }

  draw(): void {
    this.widget.scene.requestRender();
  }

  private colour(dark: boolean): void {
    const { scene } = this.widget;
    scene.backgroundColor = Color.fromCssColorString(dark ? "#0d0f11" : "#e9e5dc");
    scene.globe.baseColor = Color.fromCssColorString(dark ? "#1c2a36" : "#5a6f80");
    this.surface.brightness = dark ? 0.6 : 0.8;
    this.surface.saturation = dark ? 0.45 : 0.55;
    this.draw();
  }

  /** Go a part of the way to the ground in the middle of the view, or to what was looked at. */
  private nearer(part: number): void {
    const { camera, canvas } = this.widget;
    const middle = new Cartesian2(canvas.clientWidth / 2, canvas.clientHeight / 2);
    const to = camera.pickEllipsoid(middle) ?? this.centre;
    const way = Cartesian3.subtract(to, camera.positionWC, new Cartesian3());
    const length = Cartesian3.magnitude(way);
    if (length > 0) camera.move(Cartesian3.normalize(way, way), part * length);
  }

  private key(event: KeyboardEvent): void {
    const { camera } = this.widget;
    const does: Record<string, () => void> = {
      ArrowLeft: () => camera.rotateLeft(STEP),
      ArrowRight: () => camera.rotateRight(STEP),
      ArrowUp: () => camera.rotateDown(STEP),
      ArrowDown: () => camera.rotateUp(STEP),
      "+": () => this.nearer(0.2),
      "=": () => this.nearer(0.2),
      "-": () => this.nearer(-0.25),
    };
    const move = does[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
    this.draw();
  }
}
