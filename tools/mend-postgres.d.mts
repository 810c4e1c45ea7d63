export declare function mend(text: string, file: string): string;
export declare function mendPostgres(root: string): void;
