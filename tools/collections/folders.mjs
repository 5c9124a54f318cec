/** @returns requests by their folder, in the document's order */
export function inFolders(requests) {
  return [...Map.groupBy(requests, ({ folder }) => folder)];
}
