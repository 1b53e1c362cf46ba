package dev.perigee.platform.catalog;

import dev.perigee.inference.InferenceBackend;
import dev.perigee.inference.ServedModel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The served models.
 *
 * <p>Threads: safe; the backend's list is read anew at every call.
 */
public final class Catalog {

    private final InferenceBackend backend;

    Catalog(InferenceBackend backend) {
        this.backend = backend;
    }

    /** All models; never empty, the first is the default. */
    public List<CatalogModel> models() {
        return backend.models().stream().map(Catalog::describe).toList();
    }

    /** The model of this name, spelled exactly. */
    public Optional<CatalogModel> find(String name) {
        return models().stream().filter(model -> model.name().equals(name)).findFirst();
    }

    private static CatalogModel describe(ServedModel model) {
        return new CatalogModel(model.name(), model.contextLength(), model.digest(), attribution(model.name()));
    }

    /** The name to display by the Modified MIT licences of Kimi K2 and Kimi K2.5; derivatives carry the name of their origin. */
    private static String attribution(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!lower.contains("kimi")) {
            return CatalogModel.NO_ATTRIBUTION;
        }
        if (lower.contains("k2.5") || lower.contains("k2-5")) {
            return "Kimi K2.5";
        }
        return lower.contains("k2") ? "Kimi K2" : CatalogModel.NO_ATTRIBUTION;
    }
}
