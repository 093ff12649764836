using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Whom somebody new may be.</summary>
internal static class ProspectLikeness
{
    /// <summary>Nobody when the user has said that it is somebody else.</summary>
    public static async Task<IReadOnlyList<LikelySame>> FindAsync(DuplicateStore duplicates, InteractionForm form, ProspectDraft draft, CancellationToken cancellation) =>
        form["sure"] == "true" ? [] : await duplicates.LikelyAsync(draft.Name, draft.TaxId, draft.Mechanisms, cancellation);
}
