/** In the state of the navigation: the new password is for somebody who has disavowed a sign-in. */
export const AFTER_DISAVOWAL = 'afterDisavowal';
