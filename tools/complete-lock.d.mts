type Platform = { readonly cpu: readonly string[]; readonly os: readonly string[]; readonly libc?: readonly string[] };
type Lock = { packages: Record<string, object> };

export declare function platformOf(name: string): Platform | undefined;
export declare function completeLock(lock: Lock): string[];
