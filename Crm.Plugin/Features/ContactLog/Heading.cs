using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What an interaction is called on a screen.</summary>
public static class Heading
{
    /// <summary>The typed subject, else kind and direction in the reader's language.</summary>
    public static string Of(InteractionEntry entry, IStringLocalizer texts) => entry.Subject ?? texts[Words.Title(entry.Kind, entry.Direction)];
}
