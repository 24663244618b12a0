import { ACCEPTED_FORMATS } from "../../../contracts/media/accepted-formats.ts";
import { ChooseFiles, useHasCamera } from "../../shell/choose-files.tsx";
import { addFiles, chosenConversion } from "../add-files.ts";
import { conversionName, groupConversions } from "../conversions.ts";
import type { Sheet } from "../sheet.ts";

/** Types and extensions: systems that do not know a type still know the extension. */
const ACCEPT = Object.values(ACCEPTED_FORMATS)
  .flat()
  .flatMap(({ contentType, extensions }) => [contentType, ...extensions.map((extension) => `.${extension}`)])
  .join(",");
const GROUPS = groupConversions();

/** What begins everything: choosing files, and what they become besides. */
export function Toolbar({ sheet, onKeys }: { readonly sheet: Sheet; readonly onKeys: () => void }) {
  const onFiles = (files: readonly File[]) => void addFiles(sheet, files);
  return (
    <div class="toolbar">
      <ChooseFiles id="files" label="Choose files" accept={ACCEPT} onFiles={onFiles} isPrimary />
      {useHasCamera() && <ChooseFiles id="camera" label="Take a photo" accept="image/*" onFiles={onFiles} isCamera />}
      <label class="field">
        <span class="quiet-text">Also make</span>
        <select
          id="convert-to"
          value={chosenConversion}
          onChange={(event) => (chosenConversion.value = event.currentTarget.value)}
        >
          <option value="">nothing else</option>
          {GROUPS.map(({ label, conversions }) => (
            <optgroup key={label} label={label}>
              {conversions.map((conversion) => (
                <option key={conversion} value={conversion}>
                  {conversionName(conversion)}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="button quiet icon-only keys-button"
        aria-label="Keys"
        title="Keys (?)"
        onClick={onKeys}
      >
        ?
      </button>
    </div>
  );
}
