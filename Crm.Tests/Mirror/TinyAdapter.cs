using Crm.Contracts;
using Crm.Tests.Servers;

namespace Crm.Tests.Mirror;

/// <summary>Compiles an adapter as a stranger would: against the contracts alone, in a folder of its own.</summary>
internal static class TinyAdapter
{
    private const string Source = """
        using Crm.Contracts;
        namespace Tiny;

        public sealed class TinyConnector : IHostConnector
        {
            public IHost Open(HostSettings settings) => new TinyHost(settings);
        }

        internal sealed class TinyHost(HostSettings settings) : IHost, ICounterpartySource
        {
            public TPort? Find<TPort>() where TPort : class => this as TPort;

            public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>([]);

            public async IAsyncEnumerable<HostPage<Counterparty>> ReadChangedAsync(
                string? cursor, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
            {
                await Task.CompletedTask;
                string[] names = cursor is null ? [settings.Address, settings.Password!, settings.Options["DEEP:Count"]] : [];
                yield return new([.. names.Select((n, i) => new Counterparty { Key = new($"{i + 1}"), Version = "1", Name = settings.Options["prefix"] + n })], [], [], "end", default);
            }

            public IAsyncEnumerable<IReadOnlyList<KeyVersion>>? ReadKeys(CancellationToken cancellation) => null;

            public Task<HostPage<Counterparty>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation) => throw new InvalidOperationException();

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
        """;

    /// <summary>Leaves it in <c>connectors/Tiny</c> below the folder.</summary>
    public static async Task BuildAsync(string folder)
    {
        var project = Path.Combine(folder, "source", "Tiny.csproj");
        Directory.CreateDirectory(Path.GetDirectoryName(project)!);
        await File.WriteAllTextAsync(Path.Combine(folder, "source", "TinyConnector.cs"), Source);
        await File.WriteAllTextAsync(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <EnableDynamicLoading>true</EnableDynamicLoading>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{typeof(IHostConnector).Assembly.Location}" Private="false" />
              </ItemGroup>
            </Project>
            """);
        await ServerProcess.RunAsync(["dotnet", "build", project, "-v", "q", "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", "-o", Path.Combine(folder, "connectors", "Tiny")]);
    }
}
