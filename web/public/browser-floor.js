// Says so plainly when the browser is too old to run the application. Written for any browser, so no modern syntax here.
;(function () {
  if (typeof Object.hasOwn === 'function' && 'noModule' in document.createElement('script')) return
  var notice = document.createElement('p')
  notice.setAttribute('role', 'alert')
  notice.appendChild(
    document.createTextNode('浏览器版本过旧，无法打开本系统。请改用 Chrome 97、Firefox 100、Safari 15 或更新的浏览器。')
  )
  document.body.appendChild(notice)
})()
