package dev.perigee.app.start;

import dev.perigee.inference.InferenceBackend;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.InstantiationAwareBeanPostProcessor;
import org.springframework.stereotype.Component;

/** Says on standard output which long step of the start is under way. */
@Component
final class StartProgress implements InstantiationAwareBeanPostProcessor {

    static void say(String step) {
        System.out.println("perigee: " + step + " …");
    }

    @Override
    public @Nullable Object postProcessBeforeInstantiation(Class<?> type, String name) {
        if (InferenceBackend.class.isAssignableFrom(type)) {
            say("loading the model");
        }
        return null;
    }
}
