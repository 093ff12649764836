using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.App;

/// <summary>Shows what the plugin logged as an error in the output of the test that caused it.</summary>
internal sealed class FailureLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
