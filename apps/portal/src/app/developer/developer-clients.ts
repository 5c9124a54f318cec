export const DEVELOPER_CLIENTS = '/user/v7/developer/oauth-clients';
