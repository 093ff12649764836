using System.Collections.Concurrent;

namespace Crm.Plugin.Jobs;

/// <summary>The jobs of this process by kind and name: an engine keeps names, the work is looked up where it runs.</summary>
internal sealed class JobRegister
{
    /// <summary>Kind of a job that comes again.</summary>
    public const string Recurring = "recurring";

    /// <summary>Kind of a job that was asked for.</summary>
    public const string Once = "once";

    private readonly ConcurrentDictionary<(string Kind, string Name), Func<IServiceProvider, CancellationToken, Task>> jobs = new();

    public void Set(string kind, string name, Func<IServiceProvider, CancellationToken, Task> job) => jobs[(kind, name)] = job;

    /// <summary>Null for a job that no part of this process ever named.</summary>
    public Func<IServiceProvider, CancellationToken, Task>? Find(string kind, string name) => jobs.GetValueOrDefault((kind, name));

    public Func<IServiceProvider, CancellationToken, Task> Get(string kind, string name) => jobs[(kind, name)];
}
