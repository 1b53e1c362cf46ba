package dev.perigee.platform.tenancy;

/** What became of {@link Projects#delete}. */
public enum ProjectDeletion {
    /** There is no such project. */
    UNKNOWN,
    /** It is its tenant's default project, which stays as long as the tenant does. */
    IS_DEFAULT,
    /** It is gone. */
    DELETED
}
