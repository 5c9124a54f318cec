import authorize from '../authorize/de.json';
import everywhere from '../de.json';

/** What the authorize page needs, in one file: it should not wait for two. */
export default { ...everywhere, authorize };
