/**
 * Spring AI's face of an {@link dev.perigee.inference.InferenceBackend}.
 *
 * <p>Reading order: {@link dev.perigee.inference.chat.PerigeeChatModel} (submit, read, observe), then the way in,
 * {@code RequestTranslation}, then the way out, {@code Answer}.
 */
@NullMarked
package dev.perigee.inference.chat;

import org.jspecify.annotations.NullMarked;
