using System.Net;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Shell;

/// <summary>Somebody pastes a whole book into a field.</summary>
public sealed class LargeFormTests
{
    [Fact]
    public async Task Post_TenMegabytesInOneField_IsRefusedByTheFieldWithTheFormKept()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Aster");
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync($"/interactions/new?counterparty={id}");
        var book = string.Concat(Enumerable.Repeat("All work and no play. ", 10 << 20 >> 4))[..(10 << 20)];

        var page = await browser.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["kind"] = "Call", ["subject"] = "A long talk", ["content"] = book });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal(book.Length, page.QuerySelector("textarea[name=content]")!.TextContent.Length);
        Assert.Equal("A long talk", page.QuerySelector("input[name=subject]")!.GetAttribute("value"));
        Assert.Contains("is-invalid", page.QuerySelector("textarea[name=content]")!.ClassName, StringComparison.Ordinal);
        Assert.Empty(await app.InteractionsAsync());
    }

    [Fact]
    public async Task Post_MoreThanTheServerTakes_IsToldSo()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/interactions/new");
        // Only announced: the server answers before it reads what it will not take.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/interactions") { Content = new StreamContent(new Unread(40 << 20)) };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.ExpectContinue = true;

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("Too much was sent at once", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>A body of zeros of a known length.</summary>
    private sealed class Unread(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - Position);
            Position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = offset;

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
