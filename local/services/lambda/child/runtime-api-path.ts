/** Where the process finds what its Runtime API's paths begin with. Not AWS's: the function does not get to see it. */
export const RUNTIME_API_PATH_VARIABLE = "DARKROOM_RUNTIME_API_PATH";
