/** A file of its own to be fetched: of a whole package, nothing could be left out. */
export { MatDialog } from '@angular/material/dialog';
