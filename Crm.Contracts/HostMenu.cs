namespace Crm.Contracts;

/// <summary>One entry of the CRM's menu in the ERP.</summary>
/// <param name="Id">Stable id from the manifest.</param>
/// <param name="Title">What the user reads, in the ERP's main language.</param>
/// <param name="Url">Absolute address of the screen.</param>
public sealed record HostMenuEntry(string Id, string Title, Uri Url);

/// <summary>What putting in or taking out the menu did.</summary>
/// <param name="Created">Entries made.</param>
/// <param name="Kept">Entries that were there already.</param>
/// <param name="Removed">Entries taken away.</param>
public sealed record HostMenuChange(int Created, int Kept, int Removed);

/// <summary>Puts the CRM's menu into the ERP and takes it out again; each is safe to repeat.</summary>
public interface IHostMenu
{
    /// <summary>Leaves exactly these entries below one menu, whatever was there of ours before.</summary>
    /// <param name="title">The menu's own name.</param>
    /// <param name="entries">In order; not empty.</param>
    /// <param name="cancellation">A half-made menu is finished by the next call.</param>
    /// <exception cref="HostException">Every failure.</exception>
    Task<HostMenuChange> InstallAsync(string title, IReadOnlyList<HostMenuEntry> entries, CancellationToken cancellation);

    /// <summary>Takes out everything that <see cref="InstallAsync"/> made, and nothing else.</summary>
    /// <param name="root">Address that all our entries begin with.</param>
    /// <param name="cancellation">A half-removed menu is finished by the next call.</param>
    /// <exception cref="HostException">Every failure.</exception>
    Task<HostMenuChange> RemoveAsync(Uri root, CancellationToken cancellation);
}
