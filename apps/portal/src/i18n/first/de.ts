import authorize from '../authorize/de.json';
import { LIMITS_IN_TEXTS as limits } from '../../app/i18n/limits-in-texts';
import everywhere from '../de.json';

/** What the authorize page needs, in one file: it should not wait for two. */
export default { ...everywhere, limits, authorize };
