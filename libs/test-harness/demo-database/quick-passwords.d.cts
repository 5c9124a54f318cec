declare function quickPasswords(databaseUrl: string, password: string): Promise<void>;
export = quickPasswords;
