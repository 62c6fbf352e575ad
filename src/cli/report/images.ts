import type { Outcome } from "../outcome.ts";
import type { ImageShape, Problem } from "../problems/problem.ts";
import { type Html, html, raw } from "./html.ts";

/** Pictures that are shown at most. */
const MOST = 24;

/** Levels of ink; each is one path. */
const LEVELS = 16;

/** A picture as SVG in the page's ink: pixels of a level are runs in one path. */
export function pixelImage(pixels: ArrayLike<number>, { width, height }: ImageShape): Html {
  const paths = new Map<number, string>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width;) {
      const level = Math.round(pixels[y * width + x]! * LEVELS);
      let end = x + 1;
      while (end < width && Math.round(pixels[y * width + end]! * LEVELS) === level) end++;
      if (level > 0) paths.set(level, `${paths.get(level) ?? ""}M${x} ${y}h${end - x}v1H${x}z`);
      x = end;
    }
  }
  const body = [...paths]
    .map(([level, d]) => `<path fill-opacity="${level / LEVELS}" d="${d}"/>`)
    .join("");
  return raw(
    `<svg viewBox="0 0 ${width} ${height}" fill="currentColor" shape-rendering="crispEdges" role="img">${body}</svg>`,
  );
}

/** Test rows that were read wrongly, the surest mistakes first. */
export function mistakes({ truth, predicted, confidence }: Outcome): number[] {
  const wrong: number[] = [];
  for (let i = 0; i < truth.length; i++) if (truth[i] !== predicted[i]) wrong.push(i);
  return wrong.sort((a, b) => confidence![b]! - confidence![a]!);
}

/** Wrongly read pictures, with what they are and what they were taken for. */
export function mistakeGallery({ parts, image, classNames }: Problem, outcome: Outcome): Html {
  const size = image!.width * image!.height;
  const shown = mistakes(outcome).slice(0, MOST);
  return html`<div class="gallery">
    ${shown.map((row) => {
      const pixels = parts.test.x.data.subarray(row * size, (row + 1) * size);
      const [is, as] = [classNames![outcome.truth[row]!]!, classNames![outcome.predicted[row]!]!];
      const sure = Math.round(100 * outcome.confidence![row]!);
      return html`<figure>
        ${pixelImage(pixels, image!)}
        <figcaption><b>${is}</b> read as <b>${as}</b><br />${sure} % sure</figcaption>
      </figure> `;
    })}
  </div>`;
}
