import authorize from '../authorize/en.json';
import { LIMITS_IN_TEXTS as limits } from '../../app/i18n/limits-in-texts';
import everywhere from '../en.json';

/** What the authorize page needs, in one file: it should not wait for two. */
export default { ...everywhere, limits, authorize };
