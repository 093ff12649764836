namespace Crm.Plugin.Shell;

/// <summary>One entry of the navigation; a feature registers its own.</summary>
/// <param name="Path">Where it leads.</param>
/// <param name="Text">English text, the key of its translations in <see cref="Texts"/>.</param>
/// <param name="Icon">Name of a Tabler icon, without prefix.</param>
/// <param name="Order">Smaller comes first.</param>
/// <param name="Shown">Whether this user sees it.</param>
public sealed record MenuEntry(string Path, string Text, string Icon, int Order, Func<Security.CurrentUser, bool> Shown);
