package dev.perigee.engine;

/**
 * What a loaded model is.
 *
 * @param name the model's own name, or its folder's where the files give none
 * @param contextLength longest sequence in tokens, prompt and answer together
 * @param parameters how many weights, all experts included
 * @param digest SHA-256, hexadecimal, over the model's files: name, size, and the content of those up to 64 MiB
 */
public record ModelDescription(String name, int contextLength, long parameters, String digest) {}
