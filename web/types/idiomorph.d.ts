declare module "idiomorph" {
  interface Config {
    morphStyle?: "outerHTML" | "innerHTML";
    callbacks?: { beforeNodeMorphed?: (before: Node, after: Node) => boolean };
  }
  export const Idiomorph: {
    morph(before: Element, after: Element | HTMLCollection, config?: Config): Node[] | undefined;
  };
}
