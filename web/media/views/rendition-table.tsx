import { CopyButton } from "../../shell/copy-button.tsx";
import { formatBytes } from "../../shell/words.ts";
import { planTable, type Rendition } from "../renditions.ts";

/** What was made: a row for each size, a column for each format. */
export function RenditionTable({ renditions }: { readonly renditions: readonly Rendition[] }) {
  const { formats, rows } = planTable(renditions);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="table-scroll" tabIndex={0} aria-label="Files that were made">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Size</th>
            {formats.map((format) => (
              <th key={format} scope="col">
                {format}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, cells }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {cells.map((rendition, column) => (
                <td key={formats[column]}>
                  {rendition ? <Cell rendition={rendition} label={`${label}, ${formats[column]}`} /> : "–"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ rendition, label }: { readonly rendition: Rendition; readonly label: string }) {
  const { url, bytes } = rendition;
  return (
    <span class="cell">
      <a href={url} target="_blank" rel="noopener" download aria-label={`Open ${label}, ${formatBytes(bytes)}`}>
        {formatBytes(bytes)}
      </a>
      <CopyButton text={url} label={`Copy the address of ${label}`} isIcon />
    </span>
  );
}
