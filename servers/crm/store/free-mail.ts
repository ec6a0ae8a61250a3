/** Providers whose domains say nothing about a person's firm. Subdomains are theirs too. */
const freeMailDomains = new Set(
  `163.com 126.com aim.com alice.it aol.com arcor.de att.net bigpond.com bluewin.ch bol.com.br btinternet.com
  chello.at comcast.net cox.net duck.com email.com fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at
  gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com home.nl hotmail.co.uk hotmail.com hotmail.de hotmail.es
  hotmail.fr hotmail.it hushmail.com icloud.com inbox.lv inbox.ru interia.pl kpnmail.nl laposte.net libero.it
  list.ru live.co.uk live.com live.fr live.nl mac.com mail.com mail.ee mail.ru me.com msn.com naver.com neuf.fr
  o2.pl online.de onet.pl orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it pm.me poczta.onet.pl
  posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com sapo.pt seznam.cz sfr.fr
  shaw.ca sina.com sky.com skynet.be t-online.de talktalk.net telenet.be tiscali.it tuta.com tuta.io
  tutanota.com uol.com.br verizon.net virgilio.it wanadoo.fr web.de wp.pl yahoo.ca yahoo.co.in yahoo.co.jp
  yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.ie yahoo.it yandex.com
  yandex.ru yeah.net ymail.com ziggo.nl zoho.com`.split(/\s+/),
);

/** Whether a registrable domain belongs to a provider that gives mail addresses to anyone. */
export function isFreeMail(domain: string): boolean {
  return freeMailDomains.has(domain);
}
