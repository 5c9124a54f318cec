import authorize from '../authorize/en.json';
import everywhere from '../en.json';

/** What the authorize page needs, in one file: it should not wait for two. */
export default { ...everywhere, authorize };
