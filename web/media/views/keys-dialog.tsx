import { Dialog } from "../../shell/dialog.tsx";

const KEYS: readonly (readonly [keys: string, effect: string])[] = [
  ["Tab", "From the buttons to the sheet and back"],
  ["Arrows, Home, End", "From frame to frame"],
  ["Enter", "Open a frame"],
  ["Left, Right", "In an open frame: the one before, the one after"],
  ["Escape", "Close it"],
  ["R", "Try a failed one again"],
  ["Delete", "Cancel or remove"],
  ["Ctrl or ⌘ and Z", "Undo that"],
  ["Ctrl or ⌘ and V", "Add what was copied"],
  ["?", "These keys"],
];

export function KeysDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog label="Keys" onClose={onClose}>
      <table class="table keys">
        <tbody>
          {KEYS.map(([keys, effect]) => (
            <tr key={keys}>
              <th scope="row">{keys}</th>
              <td>{effect}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
